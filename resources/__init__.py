"""Icons, style sheets and translations."""
