"""HTTP as Hokan speaks it: routes, bodies, problems.  Knows no capability."""
