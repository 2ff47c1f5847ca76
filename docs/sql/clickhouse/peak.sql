-- Highest use of each type on each chip, and when: as `report FILE peak` has it.
WITH changes AS (
    SELECT row_number() OVER () AS line, time, pid, type, arrayJoin(JSONExtract(ifNull(chips, '[]'), 'Array(Int32)')) AS chip, delta_footprint
    FROM file('events.csv', CSVWithNames)
    WHERE delta_footprint != 0
), used AS (
    SELECT *, sum(delta_footprint) OVER (PARTITION BY pid, chip, type ORDER BY line) AS bytes FROM changes
)
SELECT pid, chip, type, max(bytes) AS peak_bytes, argMax(time, bytes) AS at FROM used GROUP BY ALL ORDER BY ALL;
