import { defineConfig } from 'vite'

export default defineConfig({
  base: '/account/',
  build: {
    target: 'baseline-widely-available',
    // a file of its own for each asset, so that the policy of the page need not allow data
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
