// A test owns its fields: what one test saw never reaches another.
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
