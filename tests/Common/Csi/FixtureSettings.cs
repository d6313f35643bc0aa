// A test owns its fields: what one test's driver or logger saw never reaches another.
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
