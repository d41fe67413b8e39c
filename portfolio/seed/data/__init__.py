"""The demo portfolio as pure data: what `portfolio seed` plays through the rooms' services. All is invented.

Days are integers counted from J, the day of installation (`-420` is J−420). Money is in F CFA, as integers,
unless a field says otherwise. Objects refer to each other by code; every table is a tuple or a dict of frozen
objects.
"""
