import { ActionIcon, Button, Drawer, useMantineColorScheme } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useSession } from '../state/session.tsx'
import { useZone } from '../state/zone.tsx'
import { Account } from './Account.tsx'
import { Nav } from './Nav.tsx'
import { Palette } from './Palette.tsx'

/** The frame of every page: the bar, the navigation, the page. */
export function Shell() {
  const [isNavOpen, nav] = useDisclosure(false)
  const { pathname } = useLocation()
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    nav.close()
    // a new page is read from its start
    if (!isFirst.current) main.current?.focus()
    isFirst.current = false
  }, [pathname])
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="topbar">
        <span className="only-narrow">
          <ActionIcon variant="default" size="lg" aria-label="Open the navigation" onClick={nav.open}>
            ☰
          </ActionIcon>
        </span>
        <Link className="brand" to="/">
          Stoa
        </Link>
        <Environment />
        <span className="fill" />
        <Palette />
        <Zone />
        <Scheme />
        <Account />
      </header>
      <nav className="nav" aria-label="Pages">
        <Nav />
      </nav>
      <Drawer opened={isNavOpen} onClose={nav.close} title="Pages" size={280} className="drawer-root">
        <nav className="drawer" aria-label="Pages">
          <Nav />
        </nav>
      </Drawer>
      <main id="main" className="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}

function Environment() {
  const { environment } = useSession()
  return (
    <span className="environment" data-environment={environment}>
      {environment}
    </span>
  )
}

function Zone() {
  const { zone, toggle } = useZone()
  const name = zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <Button
      className="only-wide"
      variant="default"
      size="xs"
      onClick={toggle}
      aria-label={`Times in ${name}; change the zone`}
    >
      {name}
    </Button>
  )
}

function Scheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const next = ({ auto: 'light', light: 'dark', dark: 'auto' } as const)[colorScheme]
  return (
    <ActionIcon
      variant="default"
      size={30}
      aria-label={`Theme ${colorScheme}; change to ${next}`}
      onClick={() => setColorScheme(next)}
    >
      {{ auto: '◐', light: '☀', dark: '☾' }[colorScheme]}
    </ActionIcon>
  )
}
