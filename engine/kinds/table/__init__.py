"""Tables: how numbers, categories and dates are fitted, transformed and written as ONNX."""
