-- The same as Parquet.
COPY (FROM read_csv('events.csv')) TO 'events.parquet' (FORMAT parquet, COMPRESSION zstd);
