/** The arrows of docs/architecture.md: who may import whom. */
const arrows = {
  openflow: [],
  ovsdb: [],
  packet: [],
  model: [],
  bus: ['model'],
  vnmgr: ['bus', 'model', 'migrations'],
  vnapi: ['bus', 'model'],
  vnctl: ['model'],
  vna: ['openflow', 'ovsdb', 'packet', 'bus', 'model'],
  lab: [],
};

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Files that import each other cannot be read one at a time.',
      from: {},
      to: { circular: true },
    },
    ...Object.entries(arrows).map(([from, allowed]) => ({
      name: `${from}-imports-only-${allowed.join('-') || 'itself'}`,
      severity: 'error',
      from: { path: `^packages/${from}/src`, pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(packages/[^/]+|migrations)/',
        pathNot: [from, ...allowed].map((name) => `^(packages/)?${name}/`),
      },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'default'] },
  },
};
