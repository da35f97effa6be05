import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { browserPorts } from './page/browser-ports'
import { PageProvider } from './page/context'
import { Page } from './page/page'
import { App } from './shell/app'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/print.css'

const root = document.getElementById('root')
if (root !== null) {
  const page = new Page(browserPorts)
  createRoot(root).render(
    <StrictMode>
      <PageProvider value={page}>
        <App />
      </PageProvider>
    </StrictMode>,
  )
  window.addEventListener('popstate', page.arrive)
  page.begin()
}
