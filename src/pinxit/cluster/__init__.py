"""Many machines: pictures, sweeps and films on a Ray cluster (Moritz et al., "Ray", OSDI 2018).

Ray finds the room, starts the painters, ships what they need and notices when one dies. What is here cuts the work into units,
says how much room a painter needs, and hands the units out.
"""
