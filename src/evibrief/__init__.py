"""evibrief: an evidence base in plain YAML in, a dated and versioned evidence brief out."""

__version__ = "0.1.0"
