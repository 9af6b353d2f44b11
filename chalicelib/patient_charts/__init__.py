"""Patient charts (患者説明用カルテ, Fig 10): what a doctor released of a chart, in plain words."""
