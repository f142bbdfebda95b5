"""Exported programs (``torch.export.save``), read without `torch.export`.

``torch.export.load`` runs text of the file as Python, unpickles where the
file asks for it, and imports what clashes with Mesa. The archive holds the
graph as JSON and the weights as plain bytes, which is all that is read here.
"""
