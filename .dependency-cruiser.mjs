// The walls of the house. The name of a rule is its documentation; its comment says what to do instead.
const OURS = '^(schemas|domain|activities|workflows|workers|web|cli|scripts)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Move the shared part to the lower of the two files, or pass it as an argument.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      comment: 'Fix the path, or add the package to package.json.',
      from: {},
      to: { couldNotResolve: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'schemas-depend-on-nothing',
      severity: 'error',
      comment: 'A contract imports zod only; take what it needs as an argument where it is used.',
      from: { path: '^schemas/', pathNot: '[.]test[.]ts$' },
      to: { path: `${OURS}|node_modules/(?!zod/)`, pathNot: '^schemas/' },
    },
    {
      name: 'domain-knows-no-temporal',
      severity: 'error',
      comment:
        'Not even types: pass progress, cancellation and time as arguments; the boundary is activities/.',
      from: { path: '^domain/' },
      to: { path: 'node_modules/@temporalio/' },
    },
    {
      name: 'domain-imports-no-outer-layer',
      severity: 'error',
      comment: 'Take a function or a value as an argument; the mains compose.',
      from: { path: '^domain/' },
      to: { path: '^(activities|workflows|workers|web|cli|scripts)/' },
    },
    {
      name: 'stages-do-not-import-stages',
      severity: 'error',
      comment:
        'Take an ArtifactRef or a function, or move the shared part to math, runtime, store or warehouse.',
      from: { path: '^domain/([^/]+)/', pathNot: '^domain/(plan|math|runtime|store|warehouse)/' },
      to: { path: '^domain/', pathNot: '^domain/($1|plan|math|runtime|store|warehouse)/' },
    },
    {
      name: 'math-and-runtime-stand-alone',
      severity: 'error',
      comment: 'Take a value or a function as an argument; types and the error classes are free.',
      from: { path: '^domain/(math|runtime)/' },
      to: {
        path: OURS,
        pathNot: ['^domain/$1/', '^domain/runtime/errors[.]ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'store-stands-on-runtime',
      severity: 'error',
      comment: 'The store knows files and hashes only; SQL belongs to warehouse.',
      from: { path: '^domain/store/' },
      to: { path: '^domain/', pathNot: '^domain/(store|runtime)/' },
    },
    {
      name: 'warehouse-stands-on-runtime-and-store',
      severity: 'error',
      comment: 'The warehouse knows DuckDB and artifacts only; meaning belongs to a stage room.',
      from: { path: '^domain/warehouse/' },
      to: { path: '^domain/', pathNot: '^domain/(warehouse|runtime|store)/' },
    },
    {
      name: 'plan-imports-nothing-else',
      severity: 'error',
      comment: 'Take the fact as an argument; leave the effect to a stage room.',
      from: { path: '^domain/plan/' },
      to: { path: '^(domain|activities|workflows|workers|web|cli|scripts)/', pathNot: '^domain/plan/' },
    },
    {
      name: 'plan-takes-types-of-schemas',
      severity: 'error',
      comment: 'Use `import type`: a zod value would land in the workflow bundle.',
      from: { path: '^domain/plan/', pathNot: '[.]test[.]ts$' },
      to: { path: '^schemas/', pathNot: '^schemas/task-queues[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'plan-is-deterministic',
      severity: 'error',
      comment: 'Workflows run this code: no Node core and no package. Ask for the value as an argument.',
      from: { path: '^domain/plan/', pathNot: '[.]test[.]ts$' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'] },
    },
    {
      name: 'activities-are-a-boundary',
      severity: 'error',
      comment: 'Call the domain function instead; only mains (and tests) take activities by value.',
      from: { path: OURS, pathNot: '^(activities|workers|cli|scripts)/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-import-only-types-and-plan',
      severity: 'error',
      comment: 'Move the decision to domain/plan or the work to an activity; take types with `import type`.',
      from: { path: '^workflows/' },
      to: {
        path: '^(schemas|domain|activities|workers|web|cli|scripts)/',
        pathNot: '^(domain/plan/|schemas/task-queues[.]ts$)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'web-sees-domain-and-schemas',
      severity: 'error',
      comment: 'Take the client, the store and the models through deps; start workflows by name.',
      from: { path: '^web/' },
      to: { path: '^(activities|workflows|workers|cli|scripts)/' },
    },
    {
      name: 'only-mains-read-config',
      severity: 'error',
      comment: 'Take the slice of configuration you need as an argument.',
      from: { path: OURS, pathNot: '^(workers|cli|scripts)/' },
      to: { path: '^temporal[.]config[.]ts$' },
    },
    {
      name: 'workers-are-mains',
      severity: 'error',
      comment: 'A lower layer never imports a main; move the piece down.',
      from: { path: OURS, pathNot: '^(workers|cli|scripts)/' },
      to: { path: '^(workers|cli|scripts)/' },
    },
    {
      name: 'no-test-imports',
      severity: 'error',
      comment: 'Move what both need out of the test.',
      from: { path: OURS, pathNot: '[.]test[.]ts$|^scripts/' },
      to: { path: '([.]test[.]ts$|^tests/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
