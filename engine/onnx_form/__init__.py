"""Networks with their preprocessing as ONNX graphs that take raw columns, pixels or texts."""
