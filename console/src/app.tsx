import { useEffect, useRef } from "preact/hooks";
import { Backends } from "./backends";
import { Notices, useService } from "./entry";
import { Playground } from "./playground/playground";
import { Rooms } from "./rooms";
import { type Route, to, useRoute } from "./route";
import { settings } from "./service";
import { SessionPage } from "./session";
import { Sessions } from "./sessions";

const PAGES = ["sessions", "rooms", "backends", "playground"] as const;

function title(page: string): string {
  return page.charAt(0).toUpperCase() + page.slice(1);
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "session":
      return <SessionPage key={route.of} id={route.of} />;
    case "rooms":
      return <Rooms />;
    case "backends":
      return <Backends />;
    case "playground":
      return <Playground />;
    default:
      return <Sessions />;
  }
}

export function App() {
  const route = useRoute();
  const service = useService();
  const main = useRef<HTMLElement>(null);
  const came = useRef(false);
  useEffect(() => {
    document.title = `${title(route.page)} · Mediaplane`;
    // Who came by a link reads on at the new page, not where the old one was.
    if (came.current) main.current?.focus();
    came.current = true;
  }, [route.page, route.of]);
  const here = route.page === "session" ? "sessions" : route.page;
  return (
    <>
      <a class="skip" href="#main" onClick={(click) => (click.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <header>
        <a class="brand" href={to("sessions")}>
          <img src="favicon.svg" alt="" width="28" height="28" />
          Mediaplane
        </a>
        <nav aria-label="Pages">
          {PAGES.map((page) => (
            <a key={page} href={to(page)} aria-current={page === here ? "page" : undefined}>
              {title(page)}
            </a>
          ))}
        </nav>
        {service.known && settings.read_only && <span class="badge busy">read-only</span>}
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {!service.known && <h1>Mediaplane</h1>}
        <Notices {...service} />
        {service.known && <Page route={route} />}
      </main>
      <footer>
        <span>Mediaplane {settings.version}</span>
        <nav aria-label="Probes">
          <a href="metrics">Metrics</a> <a href="readyz">Readiness</a>
        </nav>
      </footer>
    </>
  );
}
