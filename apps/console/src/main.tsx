import { MantineProvider } from '@mantine/core'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { isSignedOut, mayRetry } from './api/problem.ts'
import { router } from './router.tsx'
import { ZoneProvider } from './state/zone.tsx'
import './styles/mantine.ts'
import './styles/tokens.css'
import './styles/page.css'
import './styles/shell.css'
import './styles/parts.css'
import { colourVariables, theme } from './theme.ts'

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // the session has ended: the page that shows it asks again
    onError: (error, { queryKey }) =>
      isSignedOut(error) && queryKey[0] !== 'session' && void queries.invalidateQueries({ queryKey: ['session'] }),
  }),
  defaultOptions: {
    queries: { staleTime: 2_000, retry: (failures, error) => failures < 2 && mayRetry(error), networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})

const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? ''
// the rule that keeps the page still behind a dialog gets its nonce by this name (get-nonce)
Object.assign(globalThis, { __webpack_nonce__: nonce })
const place = document.querySelector('#app')
if (place === null) throw new Error('the page has no place for the console')
createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      cssVariablesResolver={colourVariables}
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <ZoneProvider>
          <RouterProvider router={router} />
        </ZoneProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
