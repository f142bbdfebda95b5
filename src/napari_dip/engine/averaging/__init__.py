"""x*: the estimate, averaged over the fit, and how far it is off."""
