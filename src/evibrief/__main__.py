from evibrief.cli.main import main

raise SystemExit(main())
