from evibrief.cli import main

raise SystemExit(main())
