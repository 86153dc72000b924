"""Networks as layers in data, and what is made of them: replicas, Keras, ONNX, smaller ones."""
