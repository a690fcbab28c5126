//! ROCA (CVE-2017-15361): RSA keys of a faulty library, whose private half can be computed from the public one.
//!
//! All primes that it made are k·M + (65537^a mod M), where M is the product of the first primes. Therefore the modulus
//! is a power of 65537 modulo each of those primes, which random keys are in one case of 2^27 only. The test and its
//! primes are those of Nemec, Sys, Svenda, Klinec and Matyas: "The Return of Coppersmith's Attack", ACM CCS 2017.

/// The primes below 168 that tell anything: modulo the others, 65537 generates all residues but zero.
const PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
const GENERATOR: u32 = 65537;

/// Whether a modulus, most significant byte first, looks as if that library had made it.
pub fn has_fingerprint(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| is_power_of_generator(remainder(modulus, *prime), *prime))
}

fn remainder(modulus: &[u8], prime: u32) -> u32 {
    modulus.iter().fold(0, |rest, byte| ((rest << 8) | u32::from(*byte)) % prime)
}

fn is_power_of_generator(residue: u32, prime: u32) -> bool {
    let mut power = 1;
    for _ in 1..prime {
        if power == residue {
            return true;
        }
        power = power * (GENERATOR % prime) % prime;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the authors' own tests (github.com/crocs-muni/roca, mod01).
    const PUBLISHED: &str = "944e13208a280c37efc31c3114485e590192adbb8e11c87cad60cdef0037ce99278330d3f471a2538fa667802ed2a3c44a8b7dea826e888d0aa341fd664f7fa7";

    fn octets(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn the_published_modulus_has_it_and_its_neighbours_have_not() {
        let weak = octets(PUBLISHED);
        assert!(has_fingerprint(&weak));
        for byte in 0..weak.len() {
            let mut other = weak.clone();
            other[byte] ^= 0x10;
            assert!(!has_fingerprint(&other), "byte {byte}");
        }
        assert!(!has_fingerprint(&[]));
    }
}
