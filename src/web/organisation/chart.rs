//! Sign-ins per day as a chart: bars that are placed by attributes, because the pages have no styles inline.

use chrono::NaiveDate;

use crate::clock::Timestamp;

/// Of the drawing, in its own units. The day at the left and the one at the right stand below the bars.
const HEIGHT: u64 = 96;
const STEP: usize = 20;
const GAP: usize = 4;

/// See the module.
pub struct Chart {
    pub bars: Vec<Bar>,
    pub most: u64,
    pub total: u64,
}

/// A day.
pub struct Bar {
    pub day: Timestamp,
    pub sign_ins: u64,
    pub x: usize,
    pub y: u64,
    pub height: u64,
}

impl Chart {
    /// Makes it from days and their numbers of sign-ins, the oldest first.
    pub fn new(days: &[(NaiveDate, u64)]) -> Self {
        let most = days.iter().map(|(_, sign_ins)| *sign_ins).max().unwrap_or_default();
        let bar = |(place, (day, sign_ins)): (usize, &(NaiveDate, u64))| {
            // Days without any have a line at the bottom.
            let height = Ord::max(sign_ins * HEIGHT / Ord::max(most, 1), 1);
            let day = day.and_time(chrono::NaiveTime::MIN).and_utc();
            Bar { day, sign_ins: *sign_ins, x: place * STEP, y: HEIGHT - height, height }
        };
        let total = days.iter().map(|(_, sign_ins)| sign_ins).sum();
        Self { bars: days.iter().enumerate().map(bar).collect(), most, total }
    }

    /// How wide a bar is.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    pub fn bar_width(&self) -> usize {
        STEP - GAP
    }

    /// How wide the drawing is.
    pub fn width(&self) -> usize {
        self.bars.len() * STEP - GAP
    }

    /// How high the bars can be.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    pub fn height(&self) -> u64 {
        HEIGHT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_chart_and_an_empty_day_keeps_a_line() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 9, day).unwrap();
        let chart = Chart::new(&[(day(1), 0), (day(2), 4), (day(3), 8)]);
        let bars: Vec<_> = chart.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(bars, [(0, 95, 1), (20, 48, 48), (40, 0, 96)]);
        assert_eq!((chart.most, chart.total, chart.width()), (8, 12, 56));
        assert!(Chart::new(&[(day(1), 0)]).bars.iter().all(|bar| bar.height == 1));
    }
}
