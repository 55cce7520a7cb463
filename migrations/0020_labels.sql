-- Words that an agent has to have so that it is handed runs of the pipeline.
CREATE TABLE pipeline_label (
  tenant TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (tenant, pipeline, label)
) STRICT, WITHOUT ROWID;
