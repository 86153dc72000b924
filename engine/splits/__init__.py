"""How rows are divided, near-duplicates, and the audit of a split."""
