"""The study's engine: proposals, policy, pool of tasks, loop, outcomes, evidence, end of a search."""
