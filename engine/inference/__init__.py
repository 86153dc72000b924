"""Using a bundle on new data: reading rows, predicting them, drift against the training data, comparing two bundles."""
