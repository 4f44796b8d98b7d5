      window.__streamlit = {
        // What Streamlit's page takes from whoever hosts it: where its server is, and what `/_stcore/host-config` would
        // answer. With both it connects at once, and asks meanwhile. No page of another origin may tell it anything.
        BACKEND_BASE_URL: new URL("./", location.href).href,
        HOST_CONFIG: {
          allowedOrigins: [location.origin], useExternalAuthToken: false, enableCustomParentMessages: false,
          enforceDownloadInNewTab: false, metricsUrl: "", blockErrorDialogs: false,
        },
      }
      // Lets Streamlit begin where it was kept back: the desk's program calls it, when it stands.
      window.__sszBegin = () => {
        for (const link of document.querySelectorAll('link[rel="ssz-later"]')) link.rel = "modulepreload"
        const kept = document.querySelector('script[type="ssz-later"]')
        if (kept === null) return
        const script = document.createElement("script")
        script.type = "module"
        script.crossOrigin = "anonymous" // as it is written, or it would be fetched once more
        script.src = kept.src
        kept.replaceWith(script)
      }
      // A page whose program cannot be fetched would stay blank: it says so, and asks until the program can be had.
      {
        const AGAIN_MS = 3000
        let missing = false
        const say = () => {
          if (document.getElementById("ssz-missing") !== null) return
          const said = document.createElement("p")
          said.id = "ssz-missing"
          said.lang = "th"
          said.setAttribute("role", "alert")
          said.innerText = "{words}".join("\n")
          said.style.cssText = "position:fixed;inset:0 0 auto;z-index:2000000;margin:0;padding:1.5rem;text-align:center;"
            + "background:#ffb020;color:#10161d;font:600 1.5rem/1.6 Sarabun,sans-serif"
          document.body.append(said)
        }
        const reload = (address) => setTimeout(() => {
          fetch(address, { cache: "reload" }).then(({ ok }) => (ok ? location.reload() : reload(address)), () => reload(address))
        }, AGAIN_MS)
        // The desk's own: asked for under another address each time, for of one that failed browsers remember it.
        addEventListener("error", ({ target }) => {
          if (target.id !== "ssz-program") return
          missing = true
          say()
          window.__sszBegin()
          setTimeout(() => {
            const again = document.createElement("script")
            again.type = "module"
            again.id = target.id
            again.src = `${target.src.split("?")[0]}?${Date.now()}`
            target.replaceWith(again)
          }, AGAIN_MS)
        }, true)
        // Of other pages: Streamlit asks for it once.
        addEventListener("unhandledrejection", ({ reason }) => {
          const address = /https?:\S+\/assets\/live-\S+?\.js/.exec(String(reason?.message))?.[0]
          if (address === undefined || missing) return
          missing = true
          say()
          reload(address)
        })
      }
