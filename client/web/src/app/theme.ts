import type { ThemeConfig } from "antd";

/** Ant Design's look with texts as dark as WCAG 2.2 AA asks on white and on its light greys. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: "#a8071a",
    colorLink: "#a8071a",
    colorError: "#a8071a",
    colorTextSecondary: "#434343",
    colorTextTertiary: "#595959",
    colorTextQuaternary: "#595959",
    colorTextDescription: "#595959",
    colorTextPlaceholder: "#6b6b6b",
    motion: false,
  },
  components: {
    Layout: { headerBg: "#ffffff", siderBg: "#ffffff" },
    Tabs: { itemSelectedColor: "#a8071a" },
  },
};
