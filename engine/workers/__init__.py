"""What workers must do, the local cluster, messages and tasks."""
