"""ONNX files: a graph of named operators, run by PyTorch.

Operators are functions: inputs by place, attributes by name. Each follows
what ONNX says of it, in all versions that networks of images are saved in.
"""
