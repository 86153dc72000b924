"""Images: files, arrays and IDX, their pixels, baselines on pixels, what bundles hold of them."""
