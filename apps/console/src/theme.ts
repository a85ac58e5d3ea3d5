import { createTheme, Drawer, Modal, type CSSVariablesResolver } from '@mantine/core'

/** The components of Mantine with the tokens of the console. */
export const theme = createTheme({
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--font-mono)',
  defaultRadius: 'var(--radius-control)',
  respectReducedMotion: true,
  fontSizes: { sm: '14px', xs: '12px' },
  components: {
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
  },
})

const shared = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-2)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-anchor': 'var(--link)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--border)',
  '--mantine-color-error': 'var(--error)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-filled-hover': 'var(--accent-hover)',
  '--mantine-color-blue-filled': 'var(--accent)',
  '--mantine-color-blue-filled-hover': 'var(--accent-hover)',
  '--mantine-color-red-filled': 'var(--danger)',
  '--mantine-color-red-filled-hover': 'var(--danger-hover)',
}

/** The colours of Mantine from the tokens, which are different in the two schemes. */
export const colourVariables: CSSVariablesResolver = () => ({
  variables: { '--mantine-line-height': '20px' },
  // the lines around fields, and in the dark what is behind their text
  light: { ...shared, '--mantine-color-gray-4': 'var(--border)' },
  dark: { ...shared, '--mantine-color-dark-4': 'var(--border)', '--mantine-color-dark-6': 'var(--surface)' },
})
