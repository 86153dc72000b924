"""What is found in a data set before it is searched: findings, leakage, the report."""
