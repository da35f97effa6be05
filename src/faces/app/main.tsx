import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { followAddress, loadSamples } from './actions'
import { App } from './app'
import './style.css'

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
  window.addEventListener('popstate', followAddress)
  followAddress()
  void loadSamples()
}
