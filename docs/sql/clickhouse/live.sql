-- What is in use at the end of the export, per chip and type: at any moment with `export --at`.
SELECT pid, arrayJoin(JSONExtract(ifNull(chips, '[]'), 'Array(Int32)')) AS chip, type, sum(delta_footprint) AS bytes
FROM file('events.csv', CSVWithNames) WHERE delta_footprint != 0 GROUP BY ALL HAVING bytes != 0 ORDER BY ALL;
