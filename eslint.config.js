import tseslint from 'typescript-eslint'
import reactHooks from 'eslint-plugin-react-hooks'
import rooms, { PURE_FLOORS } from './eslint/rooms.js'

const IMPURE_GLOBALS = [
  'window',
  'document',
  'navigator',
  'location',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'performance',
  'process',
  'setTimeout',
  'setInterval',
].map((name) => ({ name, message: 'pure rooms take what they need as parameters' }))

const CLOCK_AND_CHANCE = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'pure rooms have no clock',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'pure rooms have no clock',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'pure rooms have no randomness',
  },
  {
    selector: "CallExpression[callee.object.name='crypto'][callee.property.name=/random/]",
    message: 'pure rooms have no randomness',
  },
]

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'wasm', 'public', 'test-results', 'playwright-report'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    plugins: { rooms, 'react-hooks': reactHooks },
    rules: {
      'rooms/direction': 'error',
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-empty': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['scripts/**', 'bench/**', 'oracle/**', 'src/faces/cli/**', 'src/hosts/node/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: PURE_FLOORS.map((floor) => `src/${floor}/**/*.ts`),
    ignores: ['**/*.test.ts', '**/testing/**', 'src/image/registry/{pace,patience,proxied}.ts'],
    rules: {
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
      'no-restricted-syntax': ['error', ...CLOCK_AND_CHANCE],
    },
  },
)
