"""What keeps a workspace's rows: the protocol in `protocol`, and one package for each database that keeps it."""
