"""Training of replicas in lockstep: graphs, optimizers, losses, schedules, rows, trained models."""
