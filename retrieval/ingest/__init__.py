"""Package `retrieval.ingest`."""
