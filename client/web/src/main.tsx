import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import "./app/page.css";
import "./components/grid/grid.css";
import "./features/print/print.css";
import { guardDrafts } from "./app/drafts";
import { startWords } from "./i18n";

const client = new QueryClient({
  defaultOptions: {
    // The program is on this machine: whether there is a network is none of the page's business.
    queries: { retry: 1, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});

async function start(): Promise<void> {
  await startWords();
  guardDrafts();
  const root = document.getElementById("root");
  if (root === null) {
    throw new Error("the page has no root");
  }
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
