"""Columns and tables, reading text files and Parquet, schema and target."""
