"""One dlt pipeline as its documentation writes it; what it reads and writes is in JOB, a JSON object."""
import json
import os

import dlt

job = json.loads(os.environ["JOB"])


def source():
    if job["kind"] == "sql":
        from dlt.sources.sql_database import sql_table

        resource = sql_table(
            credentials=os.environ["SOURCE"],
            table=job["table"],
            schema=job.get("schema"),
            backend=job.get("backend", "pyarrow"),
            chunk_size=100_000,
            reflection_level="full_with_precision",
        )
        return resource
    from dlt.sources.filesystem import filesystem, read_csv, read_jsonl

    files = filesystem(bucket_url=job["folder"], file_glob=job["glob"])
    reader = read_csv(chunksize=100_000) if job["kind"] == "csv" else read_jsonl(chunksize=10_000)
    return (files | reader).with_name(job["name"])


destination = dlt.destinations.filesystem(bucket_url=job["out"]) if "out" in job else dlt.destinations.postgres(
    os.environ["TARGET"]
)
pipeline = dlt.pipeline("bench_" + job["name"], destination=destination, dataset_name=job["dataset"])
resource = source()
if "key" in job:
    resource.apply_hints(primary_key=job["key"])
pipeline.run(
    resource,
    table_name=job["name"],
    write_disposition=job["disposition"],
    loader_file_format="parquet" if "out" in job else job.get("format", "csv"),
)
