"""What patsy makes of a formula, which it forbids to pickle since its fields may change from one version to the next: packages of a session
are those of its manifest. Every library that takes formulas keeps it beside its models."""
from kernelferry.codec import instances
from kernelferry.objects.adapters import OF_PATSY

ADAPTERS = dict.fromkeys(OF_PATSY, instances.reduce_instance)
