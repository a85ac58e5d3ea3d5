import { expect, test } from 'vitest'
import { publicManifest } from './manifest.ts'

test('exports compiled files with their declarations, and leaves out what only the repository needs', () => {
  const exports = { '.': './src/index.ts', './errors': './src/errors.ts' }
  const source = {
    name: '@stoa/a',
    version: '1.2.3',
    license: 'Apache-2.0',
    private: true,
    exports,
    devDependencies: { typebox: '1.0.0', vitest: '5.0.0' },
  }
  expect(publicManifest(source, ['typebox'])).toEqual({
    name: '@stoa/a',
    version: '1.2.3',
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: '>=26' },
    files: ['dist'],
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './errors': { types: './dist/errors.d.ts', default: './dist/errors.js' },
    },
    dependencies: { typebox: '1.0.0' },
  })
})
