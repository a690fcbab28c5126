# Progenitor knows JSON by its plain type alone.
walk(if type == "object" and has("application/problem+json") then {"application/json": .["application/problem+json"]} else . end)
# OpenAPI 3.0 says by `nullable` what 3.1 says by a second type.
| walk(if type == "object" and (.oneOf | type) == "array" and any(.oneOf[]; .type == "null")
  then .oneOf |= map(select(.type != "null")) | .nullable = true | if (.oneOf | length) == 1 then .allOf = .oneOf | del(.oneOf) else . end
  else . end)
# Progenitor knows one body of success and one of failure for each operation, and no WebSocket without a crate more.
| .paths |= map_values(map_values(select(
    type != "object" or (((.tags // []) | index("Older clients") | not) and (.responses // {} | has("101") | not)))))
| .paths |= map_values(map_values(
    if type == "object" and has("responses")
    then .responses |= (if any(to_entries[]; (.key | startswith("2")) and .value.content)
      then with_entries(select((.key | startswith("2") | not) or .value.content)) else . end
      | if has("201") and has("202") then del(.["202"]) else . end)
    else . end))
