import { defineConfig } from 'vite'

export default defineConfig({
  base: '/console/',
  // the gateway replaces it in each response
  html: { cspNonce: '{nonce}' },
  build: {
    target: 'baseline-widely-available',
    // a file of its own for each asset, so that the policy of the page need not allow data
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // "use client" of the components means nothing here
      checks: { moduleLevelDirective: false },
    },
  },
})
