"""Pictures, sweeps and films on a Ray cluster (Moritz et al., "Ray", OSDI 2018).

Ray places workers on nodes, sends them their files and reports when one dies. This package cuts a workload into tasks, says how
much of a machine a worker needs, and hands the tasks out.
"""
