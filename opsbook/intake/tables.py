"""Every canonical table, once, as data: columns, units, labels, meanings and the source headers that map to them.

Reading, checking, the data dictionary (`data/README.md`), the blank templates and the advice on missing exports are all made
from `TABLES`. Evidence of a source header: `confirmed` (seen in a real export), `documented` (the platform's own documentation
or page), `reported` (a seller's or third party's account), `inferred` (our reading; no source seen), `yours` (`data/aliases.toml`).
"""

from dataclasses import dataclass, field, replace

EVIDENCE = ("confirmed", "documented", "reported", "inferred", "yours")

#: column kind -> how a cell is read and what an analyst gets
KINDS = {
    "id": "text; never a number",
    "text": "text",
    "flag": "True, False or missing",
    "count": "whole number, 0 or more",
    "decimal": "number, 0 or more",
    "change": "number, may be negative",
    "share": "fraction (1.62% is 0.0162), 0 or more",
    "growth": "fraction, may be negative",
    "money": "amount in the unit given, 0 or more",
    "date": "day",
    "time": "moment, platform time (America/Los_Angeles)",
}


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a canonical table; `aliases` maps a source header to its evidence."""

    name: str
    kind: str
    zh: str
    en: str
    meaning: str = ""
    unit: str = ""
    aliases: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Table:
    """One canonical table.

    `grain`: `period` (rows describe a window), `dated` (rows carry a day inside a window), `snapshot` (the state on a day) or
    `event` (a log that grows; rows with the same `key` are updated). `required` columns must be found for a sheet to be this table.
    Outside a log `key` names what has one row in a window at most; a table without a key repeats freely, as words do.
    """

    name: str
    grain: str
    zh: str
    en: str
    where_zh: str
    where_en: str
    required: tuple[str, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def moment(self) -> str:
        """The column that says when an event was: the first required day or time, a state's creation otherwise."""
        return next(column.name for column in self.columns if column.kind in ("date", "time") and column.name in self.required)


def _col(name, kind, zh, en, meaning="", unit="", **evidence) -> Column:
    """A column whose aliases are given by evidence, several separated by `|`; the zh label is an alias of the best evidence."""
    aliases = {alias: label for label in EVIDENCE for alias in evidence.get(label, "").split("|") if alias}
    return Column(name, kind, zh, en, meaning, unit, aliases or {zh: "inferred"})


_PERIOD = (
    _col("period", "text", "统计日期", "Period", "Label of the window of a row: a day, A~B, or a month; becomes period_start and period_end",
         inferred="统计日期|日期|周期|统计周期|时间周期|period"),
    _col("period_start", "date", "开始日期", "From", "First day of the window", inferred="开始日期|起始日期|period_start"),
    _col("period_end", "date", "结束日期", "To", "Last day of the window", inferred="结束日期|截止日期|period_end"),
)
_ON = _col("on", "date", "日期", "Day", "Day of the row, platform time", inferred="日期|统计日期|日期（美国）|on")

#: (metric, kind, unit, zh, en, meaning): the store's figures, each also with peers' average, peers' good and industry Top10
_STORE_METRICS = (
    ("visitors", "count", "persons", "店铺访问人数", "Visitors", "Persons who visited the shop or contacted it; de-duplicated within the window, never added up over windows"),
    ("page_views", "count", "", "店铺访问次数", "Page views", "Visits to pages of the shop"),
    ("search_impressions", "count", "", "搜索曝光次数", "Search impressions", "Times a product was shown in search or category lists"),
    ("search_clicks", "count", "", "搜索点击次数", "Search clicks", "Clicks on those lists"),
    ("inquirers", "count", "persons", "询盘人数", "Inquirers", "Persons who sent a valid inquiry (TM excluded)"),
    ("inquiries", "count", "", "询盘个数", "Inquiries", "Valid inquiries (TM excluded)"),
    ("tm", "count", "persons", "TM咨询人数", "TM persons", "Persons who consulted by TradeManager chat"),
    ("orders", "count", "", "信保交易订单个数", "Trade Assurance orders", "Trade Assurance orders placed"),
    ("order_amount_usd", "money", "USD", "信保交易金额(美元)", "Trade Assurance amount", "Value of those orders"),
    ("all_impressions", "count", "", "全店曝光次数", "All-store impressions", "Impressions in all scenes of the site"),
    ("all_clicks", "count", "", "全店点击次数", "All-store clicks", "Clicks in all scenes of the site"),
    ("opportunities", "count", "persons", "商机人数", "Opportunities", "Persons with an inquiry or a TM consultation"),
    ("opportunities_30d", "count", "persons", "近30天商机人数", "Opportunities, 30 days", "The same over 30 rolling days; never added up"),
    ("opportunity_rate", "share", "of visitors", "商机转化率", "Opportunity rate", "Opportunities / visitors"),
    ("l1_inquirer_share", "share", "of inquirers", "L1+买家询盘人数占比", "L1+ share of inquirers", "Inquirers of buyer level L1 and above / inquirers"),
    ("cart_adds", "count", "", "加购笔数", "Cart adds", "Times a product was put into the cart"),
    ("cart_buyers", "count", "persons", "加购人数", "Cart buyers", "Persons who did"),
    ("reply_rate", "share", "of buyers", "及时回复率", "Timely reply rate", "Buyers of the last 30 days answered in time; a rolling figure"),
    ("reply_5min_rate", "share", "of buyers", "极速回复率", "Reply within 5 minutes", "Share first answered within 5 minutes, 30 rolling days"),
    ("reply_hours", "decimal", "hours", "平均回复时长", "Average reply time", "Average time to the first answer, 30 rolling days"),
    ("product_opportunities", "count", "", "全店品的商机量", "Opportunities by product", "Opportunities counted product by product"),
    ("marketing_impressions", "count", "", "营销曝光次数", "Marketing impressions", "Standard and whole-site promotion together"),
    ("marketing_clicks", "count", "", "营销点击次数", "Marketing clicks", "Standard and whole-site promotion together"),
    ("standard_impressions", "count", "", "标准推广曝光次数", "Standard promotion impressions", "P4P (外贸直通车)"),
    ("standard_clicks", "count", "", "标准推广点击次数", "Standard promotion clicks", "P4P (外贸直通车)"),
    ("whole_site_impressions", "count", "", "全站推曝光次数", "Whole-site impressions", "Whole-site promotion"),
    ("whole_site_clicks", "count", "", "全站推点击次数", "Whole-site clicks", "Whole-site promotion"),
    ("whole_site_opportunities", "count", "", "全站推商机量", "Whole-site opportunities", "Whole-site promotion"),
    ("natural_impressions", "count", "", "自然曝光量", "Natural impressions", "Not paid"),
    ("natural_clicks", "count", "", "自然点击量", "Natural clicks", "Not paid"),
    ("natural_opportunities", "count", "", "自然商机量", "Natural opportunities", "Not paid"),
    ("semi_managed_impressions", "count", "", "半托管曝光次数", "Semi-managed impressions", "Semi-managed goods"),
    ("star", "decimal", "stars", "星等级", "Star rating", "Star level of the store, 0 to 5"),
    ("product_power", "decimal", "points", "商品力", "Product capability", "Capability score"),
    ("marketing_power", "decimal", "points", "营销力", "Marketing capability", "Capability score"),
    ("trade_power", "decimal", "points", "交易力", "Transaction capability", "Capability score"),
    ("service_power", "decimal", "points", "服务力", "Service capability", "Capability score"),
)
_NOT_ON_PAGE = ("star", "product_power", "marketing_power", "trade_power", "service_power")
_PEERS = (("peer_avg", "同行平均", "peers' average"), ("peer_good", "同行优秀", "peers' good"), ("top10", "行业Top10", "industry Top10 average"))


def _store_columns():
    for name, kind, unit, zh, en, meaning in _STORE_METRICS:
        label = "inferred" if name in _NOT_ON_PAGE else "documented"
        bare = zh.split("(")[0]
        yield Column(name, kind, zh, en, meaning, unit, {zh: label, bare: label, name: "inferred"})
        for suffix, zh_peer, en_peer in _PEERS:
            names = (f"{bare}{zh_peer}", f"{bare}-{zh_peer}", f"{zh_peer}{bare}", f"{name}_{suffix}")
            yield Column(f"{name}_{suffix}", kind, names[0], f"{en}, {en_peer}", f"{en} of {en_peer}", unit, dict.fromkeys(names, "inferred"))


_AD = (
    _col("impressions", "count", "曝光量", "Impressions", "Times the advert was shown", documented="曝光量|曝光|曝光次数|impression_cnt|impr"),
    _col("clicks", "count", "点击量", "Clicks", "Clicks that were charged or free, as reported", documented="点击量|点击|点击次数|click_cnt|click"),
    _col("ctr", "share", "点击率", "CTR", "Clicks / impressions as the export states it", "of impressions", documented="点击率|ctr"),
    _col("spend", "money", "花费", "Spend", "Advertising cost; a header or cell in 分 is divided by 100", "CNY", documented="花费|消耗|cost", inferred="花费金额|推广花费|总花费|spend"),
    _col("cpc", "money", "平均点击花费", "CPC", "Spend / clicks as the export states it", "CNY", documented="平均点击花费|click_cost_avg|cpc", inferred="平均点击单价"),
    _col("inquiries", "count", "询盘量", "Inquiries", "Inquiries that the platform attributes to the advert", inferred="询盘量|询盘|询盘个数|inquiries"),
    _col("tm", "count", "TM咨询量", "TM persons", "TM consultations attributed to the advert", "persons", inferred="TM咨询量|TM咨询|TM咨询人数|tm"),
    _col("opportunities", "count", "商机量", "Opportunities", "Opportunities (inquiry or TM) that the platform attributes to the advert", reported="商机|商机量|意向商机量", inferred="商机数|商机人数|opportunities"),
    _col("l1_click_share", "share", "L1+点击占比", "L1+ share of clicks", "Clicks by buyers of level L1 and above / clicks", "of clicks", reported="L1+点击占比"),
    _col("online_hours", "decimal", "推广时长", "Promotion hours", "Hours online; `<1` is read as 0.5 (our default)", "hours", documented="推广时长|online_time"),
)
_PRODUCT_ID = _col("product_id", "id", "产品ID", "Product ID", "The platform's numeric id, as text", confirmed="产品ID", documented="product_id", inferred="商品ID|产品编号|商品编号")
_TITLE = _col("title", "text", "产品名称", "Product", "Title as the export writes it", confirmed="产品名称", documented="subject|product_name", inferred="商品名称|产品标题|商品标题|title")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("store_kpi", "period", "店铺数据", "Store figures", "数据参谋 → 店铺分析 → 数据概览 → 导出", "Data Advisor → Store analysis → Overview → Export",
              ("visitors",), (*_PERIOD, *_store_columns()), ("period_end",)),
        Table("channel_traffic", "period", "流量来源", "Traffic sources", "数据参谋 → 流量参谋 → 流量来源 → 导出", "Data Advisor → Traffic Advisor → Traffic sources → Export",
              ("channel", "visitors"), (
                  *_PERIOD,
                  _col("channel", "text", "流量渠道", "Channel", "Channel name as the platform writes it", documented="渠道|流量渠道|流量渠道类型", inferred="流量来源|来源|channel"),
                  _col("visitors", "count", "店铺访问人数", "Visitors", "Persons who came through this channel; channels overlap and are never added up", "persons", documented="店铺访问人数", inferred="访问人数|访客数|visitors"),
                  _col("inquirers", "count", "店内询盘人数", "Inquirers", "Of them, persons with an inquiry", "persons", documented="店内询盘人数", inferred="询盘人数|inquirers"),
                  _col("tm", "count", "店内TM咨询人数", "TM persons", "Of them, persons with a TM consultation", "persons", documented="店内TM咨询人数", inferred="TM咨询人数|tm"),
                  _col("opportunity_rate", "share", "商机转化率", "Opportunity rate", "Persons with an inquiry or TM / visitors", "of visitors", documented="商机转化率", inferred="opportunity_rate"),
                  _col("order_buyers", "count", "店内订单买家人数", "Order buyers", "Of them, persons with an order", "persons", documented="店内订单买家人数", inferred="订单买家人数|order_buyers"),
                  _col("country", "text", "国家/地区", "Country", "Country of the visitors where the export is split by it", inferred="国家/地区|国家|country"),
              )),
        Table("product_performance", "period", "产品效果", "Product performance", "数据参谋 → 产品参谋 → 导出数据（周）", "Data Advisor → Product Advisor → Export (week)",
              ("product_id", "search_impressions"), (
                  *_PERIOD, _PRODUCT_ID, _TITLE,
                  _col("is_showcase", "flag", "是否橱窗", "In showcase", "The product stands in a showcase", confirmed="是否橱窗"),
                  _col("is_top_display", "flag", "是否顶展", "Top display", "The product has a top-position advert", confirmed="是否顶展"),
                  _col("is_p4p", "flag", "是否P4P", "In P4P", "The product is promoted", confirmed="是否P4P"),
                  _col("search_impressions", "count", "搜索曝光次数", "Search impressions", "Times shown in search or category lists", confirmed="搜索曝光次数", inferred="曝光|曝光量|曝光次数|搜索曝光"),
                  _col("search_clicks", "count", "搜索点击次数", "Search clicks", "Clicks on those lists", confirmed="搜索点击次数", inferred="点击|点击量|点击次数|搜索点击"),
                  _col("search_ctr", "share", "搜索点击率", "Search CTR", "Search clicks / search impressions, as exported", "of impressions", confirmed="搜索点击率", inferred="点击率"),
                  _col("visitors", "count", "访问人数", "Visitors", "Persons who visited the product; de-duplicated within the window", "persons", confirmed="访问人数", inferred="访客数|访客"),
                  _col("inquiries", "count", "询盘个数", "Inquiries", "Valid inquiries", confirmed="询盘个数", inferred="询盘|反馈|反馈数"),
                  _col("opportunity_people_90d", "count", "近90天商机人数", "Opportunities, 90 days", "Persons with an opportunity in 90 rolling days", "persons", confirmed="近90天商机人数"),
                  _col("inquirers", "count", "询盘人数", "Inquirers", "Persons who sent them", "persons", confirmed="询盘人数"),
                  _col("inquiry_rate", "share", "询盘率", "Inquiry rate", "Inquiries / visitors, as exported", "of visitors", confirmed="询盘率"),
                  _col("favourites", "count", "收藏人数", "Favourites", "Persons who saved the product", "persons", confirmed="收藏人数"),
                  _col("shares", "count", "分享人数", "Shares", "Persons who shared it", "persons", confirmed="分享人数"),
                  _col("compares", "count", "对比人数", "Compares", "Persons who compared it", "persons", confirmed="对比人数"),
                  _col("orders_submitted", "count", "提交订单个数", "Orders submitted", "Orders drafted; not a sale", confirmed="提交订单个数", inferred="提交订单数"),
                  _col("tm", "count", "TM咨询人数", "TM persons", "Persons who consulted by TM", "persons", confirmed="TM咨询人数"),
                  _col("owner", "text", "产品负责人", "Owner", "Sub-account that owns the product", confirmed="产品负责人"),
                  _col("rts_buyers", "count", "RTS线上买家数", "RTS buyers", "Buyers who paid on-line", "persons", confirmed="RTS线上买家数"),
                  _col("rts_gmv_usd", "money", "RTS线上实收GMV", "RTS amount received", "Paid on-line", "USD", confirmed="RTS线上实收GMV"),
                  _col("all_impressions", "count", "全店曝光次数", "All-store impressions", "Impressions in all scenes; overlaps with the others", confirmed="全店曝光次数"),
                  _col("all_clicks", "count", "全店点击次数", "All-store clicks", "Clicks in all scenes", confirmed="全店点击次数"),
                  _col("marketing_impressions", "count", "营销曝光次数", "Marketing impressions", "Standard + whole-site promotion", confirmed="营销曝光次数"),
                  _col("marketing_clicks", "count", "营销点击次数", "Marketing clicks", "Standard + whole-site promotion", confirmed="营销点击次数"),
                  _col("standard_impressions", "count", "标准推广曝光次数", "Standard promotion impressions", "P4P", confirmed="标准推广曝光次数"),
                  _col("standard_clicks", "count", "标准推广点击次数", "Standard promotion clicks", "P4P", confirmed="标准推广点击次数"),
                  _col("whole_site_impressions", "count", "全站推广曝光次数", "Whole-site impressions", "Whole-site promotion", confirmed="全站推广曝光次数"),
                  _col("whole_site_clicks", "count", "全站推广点击次数", "Whole-site clicks", "Whole-site promotion", confirmed="全站推广点击次数"),
              ), ("product_id",)),
        Table("product_profile", "snapshot", "产品档案", "Product profiles", "产品运营工作台 → 导出；或 opsbook template product_profile 手工填写", "Product workbench → Export, or fill in `opsbook template product_profile`",
              ("product_id",), (
                  _PRODUCT_ID, _TITLE,
                  _col("published_on", "date", "发布日期", "Published on", "First publication", documented="gmt_create", inferred="发布日期|发布时间|首次发布时间|published_on"),
                  _col("is_rts", "flag", "是否RTS", "Ready to ship", "Ready-to-ship product", documented="is_rts", inferred="是否RTS|RTS"),
                  _col("is_duplicate", "flag", "是否重铺", "Duplicate", "Judged a duplicate by the platform", inferred="是否重铺|重铺|is_duplicate"),
                  _col("growth_score", "decimal", "商品成长分", "Growth score", "0 to 100", "points", inferred="商品成长分|成长分|实力得分|growth_score"),
                  _col("quality_score", "decimal", "质量分", "Information quality score", "0 to 5", "points", documented="final_score", inferred="质量分|商品信息质量分|quality_score"),
                  _col("tier", "text", "商品分层", "Tier", "The platform's tier of the product", inferred="商品分层|产品分层|tier"),
                  _col("overseas_visitors_30d", "count", "近30天海外访问人数", "Overseas visitors, 30 days", "Visitors from outside mainland China", "persons", inferred="近30天海外访问人数|overseas_visitors_30d"),
                  _col("search_impressions_30d", "count", "近30天搜索曝光次数", "Search impressions, 30 days", inferred="近30天搜索曝光次数|search_impressions_30d"),
                  _col("search_clicks_30d", "count", "近30天搜索点击次数", "Search clicks, 30 days", inferred="近30天搜索点击次数|search_clicks_30d"),
                  _col("inquiries_30d", "count", "近30天询盘个数", "Inquiries, 30 days", inferred="近30天询盘个数|inquiries_30d"),
                  _col("tm_30d", "count", "近30天TM咨询人数", "TM persons, 30 days", "", "persons", inferred="近30天TM咨询人数|tm_30d"),
                  _col("orders_30d", "count", "近30天订单数", "Orders, 30 days", inferred="近30天订单数|orders_30d"),
                  _col("inquiries_90d", "count", "近90天询盘个数", "Inquiries, 90 days", inferred="近90天询盘个数|inquiries_90d"),
                  _col("paid_orders_90d", "count", "近90天支付订单数", "Paid orders, 90 days", inferred="近90天支付订单数|paid_orders_90d"),
                  _col("opportunities_180d", "count", "近180天商机人数", "Opportunities, 180 days", "", "persons", inferred="近180天商机人数|opportunities_180d"),
                  _col("paid_orders_180d", "count", "近180天支付订单数", "Paid orders, 180 days", inferred="近180天支付订单数|paid_orders_180d"),
                  _col("list_price", "money", "日常价", "List price", "Usual selling price", "USD", inferred="日常价|原价|list_price"),
                  _col("event_price", "money", "活动价", "Event price", "Price in the event, or of the day", "USD", inferred="活动价|event_price"),
                  _col("min_price_180d", "money", "近180天最低价", "Lowest price, 180 days", "", "USD", inferred="近180天最低价|min_price_180d"),
                  _col("pay_rate_percentile_l2", "share", "支付转化率排名(二级类目)", "Payment rate percentile, level-2 category", "0.20 means better than 80 %", inferred="支付转化率排名(二级类目)|pay_rate_percentile_l2"),
                  _col("pay_rate_percentile_leaf", "share", "支付转化率排名(叶子类目)", "Payment rate percentile, leaf category", "0.20 means better than 80 %", inferred="支付转化率排名(叶子类目)|pay_rate_percentile_leaf"),
                  _col("keywords", "text", "产品关键词", "Keywords", "Keyword fields, separated by commas", documented="keywords", inferred="产品关键词"),
                  _col("images", "count", "主图数量", "Pictures", "Main pictures", inferred="主图数量|图片数量|images"),
                  _col("image_side", "count", "主图边长", "Picture side", "Shorter side of the main pictures", "pixels", inferred="主图边长|image_side"),
                  _col("has_video", "flag", "是否有视频", "Has a video", inferred="是否有视频|有视频|has_video"),
                  _col("category_filled", "flag", "类目完整", "Category filled", "The category is set to its leaf", inferred="类目完整|category_filled"),
                  _col("attributes_filled", "share", "属性填写率", "Attributes filled", "Filled / all attributes", "of attributes", inferred="属性填写率|attributes_filled"),
                  _col("price_min", "money", "最低报价", "Lowest price shown", "", "USD", inferred="最低报价|price_min"),
                  _col("price_max", "money", "最高报价", "Highest price shown", "", "USD", inferred="最高报价|price_max"),
                  _col("moq", "count", "最小起订量", "MOQ", "Minimum order quantity", "pieces", inferred="最小起订量|起订量|moq"),
                  _col("category", "text", "类目", "Category", "Leaf category, as the platform names it", inferred="类目|叶子类目|产品类目|category"),
                  _col("has_logistics", "flag", "是否设置物流", "Logistics set", "Freight template or lead time shown", inferred="是否设置物流|has_logistics"),
                  _col("is_showcase", "flag", "是否橱窗", "In showcase", inferred="是否橱窗|is_showcase"),
                  _col("owner", "text", "产品负责人", "Owner", documented="owner_member_display_name", inferred="产品负责人|负责人"),
              ), ("product_id",)),
        Table("review", "event", "商品评价", "Reviews", "交易 → 评价管理；或 opsbook template review", "Orders → Reviews, or fill in `opsbook template review`",
              ("product_id", "reviewed_on", "stars"), (
                  _col("review_id", "id", "评价ID", "Review ID", inferred="评价ID|review_id"), _PRODUCT_ID,
                  _col("reviewed_on", "date", "评价日期", "Reviewed on", inferred="评价日期|评价时间|reviewed_on"),
                  _col("stars", "decimal", "评价星级", "Stars", "1 to 5", "stars", inferred="评价星级|星级|stars"),
                  _col("order_id", "id", "订单号", "Order", inferred="订单号|order_id"),
                  _col("answered", "flag", "是否已回复", "Answered", inferred="是否已回复|answered"),
              ), ("review_id", "product_id", "reviewed_on", "stars", "order_id")),
        Table("price", "event", "价格记录", "Price history", "opsbook template price 手工填写", "Fill in `opsbook template price`",
              ("product_id", "on", "price"), (
                  _PRODUCT_ID, replace(_ON, aliases={"日期": "inferred", "on": "inferred"}),
                  _col("price", "money", "价格", "Price", "Price of the day", "USD", inferred="价格|price"),
              ), ("product_id", "on")),
        Table("own_keyword", "period", "引流关键词", "Own keywords", "数据参谋 → 选词参谋 → 引流关键词 → 导出（周，最多 500 词）", "Data Advisor → Keyword Advisor → Own keywords → Export (week, 500 words at most)",
              ("keyword", "impressions", "keyword_index"), (
                  *_PERIOD,
                  _col("keyword", "text", "词", "Keyword", "The searched word; not unique, accented letters are dropped by the export", confirmed="词", inferred="关键词|keyword"),
                  _col("impressions", "count", "曝光量", "Impressions", "Search impressions", confirmed="曝光量", documented="搜索曝光次数"),
                  _col("clicks", "count", "点击量", "Clicks", "Search clicks", confirmed="点击量", documented="搜索点击次数"),
                  _col("ctr", "share", "点击率", "CTR", "Clicks / impressions, as exported", "of impressions", confirmed="点击率"),
                  _col("p4p_impressions", "count", "外贸直通车曝光", "P4P impressions", "Standard promotion only", confirmed="外贸直通车曝光", documented="外贸直通车曝光次数"),
                  _col("p4p_clicks", "count", "外贸直通车点击", "P4P clicks", "Standard promotion only", confirmed="外贸直通车点击", documented="外贸直通车点击次数"),
                  _col("p4p_hours", "decimal", "外贸直通车推广时长", "P4P hours", "Hours online; `<1` is read as 0.5 (our default)", "hours", confirmed="外贸直通车推广时长"),
                  _col("top10_impressions", "decimal", "Top10平均曝光", "Top10 impressions", "Sum of the ten best suppliers / 10", confirmed="Top10平均曝光"),
                  _col("top10_clicks", "decimal", "Top10平均点击", "Top10 clicks", "Sum of the ten best suppliers / 10", confirmed="Top10平均点击"),
                  _col("keyword_index", "decimal", "关键词指数", "Keyword index", "Relative search heat; not a volume", "index", confirmed="关键词指数"),
                  _col("seller_index", "decimal", "卖家规模指数", "Seller-scale index", "Relative competition; not a volume", "index", confirmed="卖家规模指数"),
              )),
        Table("industry_keyword", "period", "行业热词", "Industry keywords", "数据参谋 → 选词参谋 → 关键词指数 → 导出", "Data Advisor → Keyword Advisor → Keyword index → Export",
              ("keyword", "search_index"), (
                  *_PERIOD,
                  _col("keyword", "text", "关键词", "Keyword", reported="关键词", inferred="词|keyword"),
                  _col("search_index", "decimal", "搜索指数", "Search index", "Relative search heat; not a volume", "index", reported="搜索指数"),
                  _col("search_growth", "growth", "搜索涨幅", "Search growth", "Change of the search index", reported="搜索涨幅"),
                  _col("ctr", "share", "点击率", "CTR", "", "of impressions", reported="点击率"),
                  _col("seller_index", "decimal", "卖家规模指数", "Seller-scale index", "Relative competition; not a volume", "index", reported="卖家规模指数"),
              )),
        Table("ad_keyword", "dated", "关键词推广报表", "P4P keywords", "营销中心 → 外贸直通车 → 数据报告 → 关键词报告 → 下载", "Marketing → P4P → Reports → Keyword report → Download",
              ("keyword", "clicks", "spend"), (
                  _ON, *_PERIOD,
                  _col("keyword", "text", "关键词", "Keyword", documented="关键词|keyword|word", inferred="推广关键词|词"),
                  _col("campaign", "text", "计划名称", "Campaign", inferred="计划名称|推广计划|计划|campaign"),
                  _col("ad_group", "text", "推广组", "Group", inferred="推广组|分组|关键词组|ad_group"),
                  _PRODUCT_ID, *_AD,
                  _col("bid", "money", "出价", "Bid", "Highest price offered for a click", "CNY", documented="出价|price"),
                  _col("floor_bid", "money", "底价", "Floor price", "", "CNY", documented="底价|base_price"),
                  _col("stars", "decimal", "推广评分", "Promotion score", "0 to 5 stars", "stars", documented="推广评分|推广评分(星级)|qs_star"),
                  _col("status", "text", "状态", "Status", documented="状态|status"),
              )),
        Table("bid_point", "snapshot", "出价模拟", "Bid simulation", "营销中心 → 外贸直通车 → 关键词 → 出价预估（不可导出）；用 opsbook template bid_point 记录", "Marketing → P4P → Keywords → Bid estimate (no export); record it with `opsbook template bid_point`",
              ("keyword", "bid", "position", "clicks", "cpc"), (
                  _col("keyword", "text", "关键词", "Keyword", inferred="关键词|推广关键词|keyword"),
                  _col("bid", "money", "模拟出价", "Bid", "The bid that is tried", "CNY", inferred="模拟出价|预估出价|bid"),
                  _col("position", "count", "预估排名", "Position", "Place among the adverts at this bid, 1 is the first", inferred="预估排名|模拟排名|position"),
                  _col("clicks", "decimal", "预估周点击量", "Clicks a week", "Clicks to be expected of a week at this bid", inferred="预估周点击量|预估点击量(周)|clicks"),
                  _col("cpc", "money", "预估点击单价", "CPC", "Price to be expected of a click at this bid", "CNY", inferred="预估点击单价|预估平均点击花费|cpc"),
                  _col("stars", "decimal", "推广评分", "Promotion score", "0 to 5 stars", "stars", inferred="推广评分|stars"),
              )),
        Table("ad_product", "dated", "产品推广报表", "P4P products", "营销中心 → 外贸直通车 → 数据报告 → 产品报告 → 下载", "Marketing → P4P → Reports → Product report → Download",
              ("product_id", "clicks", "spend"), (
                  _ON, *_PERIOD, _PRODUCT_ID, _TITLE,
                  _col("campaign", "text", "计划名称", "Campaign", inferred="计划名称|推广计划|计划|campaign"), *_AD,
              )),
        Table("ad_campaign", "dated", "推广计划报表", "Campaigns", "营销中心 → 全站推广 / 外贸直通车 → 计划报告 → 下载", "Marketing → Whole-site promotion / P4P → Campaign report → Download",
              ("campaign", "spend"), (
                  _ON, *_PERIOD,
                  _col("campaign", "text", "计划名称", "Campaign", documented="计划名称", inferred="推广计划|campaign|title"),
                  _col("campaign_id", "id", "计划ID", "Campaign ID", documented="计划ID|campaign_id"),
                  _col("plan_type", "text", "推广类型", "Plan type", "标准推广 or 全站推广", inferred="推广类型|计划类型|plan_type"),
                  _col("goal", "text", "营销目标", "Goal", documented="营销目标"), *_AD,
                  _col("orders", "count", "订单数", "Orders", "Orders attributed to the plan", inferred="订单数|成交订单数|orders"),
                  _col("order_amount_usd", "money", "成交金额", "Order value", "Value attributed to the plan", "USD", inferred="成交金额|成交金额(美元)|order_amount_usd"),
                  _col("budget", "money", "日预算", "Daily budget", "", "CNY", documented="日预算|预算|budget"),
                  _col("target_roi", "decimal", "目标ROI", "Target ROI", "Order value / spend that the plan is told to reach", inferred="目标ROI|目标投产比|target_roi"),
                  _col("compensation", "money", "赔付金额", "Compensation", "Paid back by the platform", "CNY", inferred="赔付金额|赔付|compensation"),
                  _col("started_on", "date", "开始推广日期", "Started on", inferred="开始推广日期|计划开始时间|started_on"),
              )),
        Table("offer", "event", "保效与赔付条款", "Offers and refund terms", "opsbook template offer 手工填写（照合同原文）", "Fill in `opsbook template offer` from the contract",
              ("offer", "offered_on"), (
                  _col("offer", "text", "条款名称", "Offer", "Name of the package or of the refund promise", inferred="条款名称|offer"),
                  _col("offered_on", "date", "承诺日期", "Offered on", inferred="承诺日期|签约日期|offered_on"),
                  _col("campaign", "text", "计划名称", "Campaign", "The whole-site plan that the refund terms belong to", inferred="计划名称|推广计划|campaign"),
                  _col("price_cny", "money", "套餐价格", "Price of the package", "", "CNY", inferred="套餐价格|price_cny"),
                  _col("window_days", "count", "考核天数", "Days of the promise", "Days over which the promise is judged", "days", inferred="考核天数|window_days"),
                  _col("promised_measure", "text", "承诺指标", "Promised measure", "clicks (点击), buyers (买家: visits of buyers above the low levels) or inquiries (询盘)", inferred="承诺指标|promised_measure"),
                  _col("promised_quantity", "count", "承诺数量", "Promised quantity", inferred="承诺数量|promised_quantity"),
                  _col("trigger", "share", "触发比例", "Refund below", "Share of the promise, or of the target ROI, below which a refund is due", inferred="触发比例|trigger"),
                  _col("refund", "text", "退款方式", "What is refunded", "shortfall (差额: what the result does not cover) or spend (全额: all that was paid)", inferred="退款方式|refund"),
                  _col("refund_share", "share", "退款比例", "Share refunded", "Share of it that is paid back", inferred="退款比例|refund_share"),
                  _col("refund_cap", "share", "退款上限", "Most refunded", "As a share of the spend or price; 100% where the terms set none", inferred="退款上限|refund_cap"),
                  _col("min_orders", "count", "最低订单数", "Fewest orders", "Orders in the window below which nothing is paid; 0 where the terms name none", inferred="最低订单数|min_orders"),
                  _col("no_edits", "flag", "是否禁止修改", "No changes allowed", "The plan must not be changed in the window", inferred="是否禁止修改|no_edits"),
                  _col("target_min", "decimal", "目标ROI下限", "Lowest target ROI", "Lowest target for which the terms hold", inferred="目标ROI下限|target_min"),
                  _col("target_max", "decimal", "目标ROI上限", "Highest target ROI", "Highest target for which the terms hold", inferred="目标ROI上限|target_max"),
                  _col("terms_source", "text", "条款出处", "Source of the terms", "Contract, page and day on which they were read", inferred="条款出处|terms_source"),
              ), ("offer", "campaign")),
        Table("visitor", "event", "访客详情", "Visitor details", "数据参谋 → 访客详情（不可导出，仅保留 31 天）；用 opsbook template visitor 记录", "Data Advisor → Visitor details (no export, kept 31 days); record them with `opsbook template visitor`",
              ("visitor_id", "on"), (
                  _col("visitor_id", "id", "访客ID", "Visitor", documented="visitorId", inferred="访客ID|访客|visitor_id"),
                  _col("on", "date", "访问日期", "Day", documented="logTime", inferred="访问日期|访问时间|日期|on"),
                  _col("country", "text", "国家/地区", "Country", documented="buyerCountryId", inferred="国家/地区|国家|country"),
                  _col("level", "text", "买家等级", "Buyer level", "L0 to L4", documented="levelTag", inferred="买家等级|买家层级|level"),
                  _col("page_views", "count", "浏览次数", "Page views", "Pages of this shop", documented="浏览次数|visitPv", inferred="浏览量|page_views"),
                  _col("stay_seconds", "decimal", "停留时长(秒)", "Stay", "", "seconds", documented="停留时长(秒)|staySecond", inferred="停留时长|stay_seconds"),
                  _col("keywords", "text", "全站偏好关键词", "Preferred words", "Words preferred on the whole site, separated by commas", documented="全站偏好关键词|serKeywords", inferred="偏好关键词|常用搜索词|keywords"),
                  _col("suppliers_viewed", "count", "浏览商家数", "Suppliers viewed", documented="totalVisitSellerCnt", inferred="浏览商家数|浏览供应商数|suppliers_viewed"),
                  _col("inquiries_all", "count", "访客询盘数", "Inquiries, whole site", documented="访客询盘数|totalMcFbCnt", inferred="inquiries_all"),
                  _col("suppliers_inquired", "count", "询盘商家数", "Suppliers inquired", documented="totalMcSellerCnt", inferred="询盘商家数|suppliers_inquired"),
                  _col("tm_all", "count", "TM咨询数", "TM consultations, whole site", documented="TM咨询数|totalAtmFbCnt", inferred="tm_all"),
                  _col("suppliers_tm", "count", "TM咨询商家数", "Suppliers consulted by TM", documented="totalAtmSellerCnt", inferred="TM咨询商家数|suppliers_tm"),
                  _col("rfqs", "count", "RFQ数", "RFQs", documented="totalRfqCnt", inferred="RFQ数|rfqs"),
                  _col("inquired", "flag", "是否询盘", "Inquired with us", documented="isMcFb", inferred="是否询盘|询盘|inquired"),
                  _col("tm", "flag", "是否TM咨询", "TM with us", documented="isAtmFb", inferred="是否TM咨询|TM咨询|tm"),
                  _col("visited_contact", "flag", "是否访问联系页", "Saw the contact page", documented="isVisitContactPage", inferred="是否访问联系页|visited_contact"),
                  _col("product_id", "id", "访问产品ID", "Product", "Product that was viewed", inferred="访问产品ID|产品ID|product_id"),
              ), ("visitor_id", "on", "product_id")),
        Table("customer", "snapshot", "客户通客户", "CRM customers", "客户通 → 客户列表 → 导出；或 opsbook template customer", "Customer manager → List → Export, or fill in `opsbook template customer`",
              ("customer_id",), (
                  _col("customer_id", "id", "客户ID", "Customer", documented="customer_id", inferred="客户ID|客户编号"),
                  _col("company", "text", "公司名称", "Company", documented="company_name", reported="客户名称", inferred="公司名称|公司|company"),
                  _col("contact", "text", "联系人", "Contact", inferred="联系人|contact"),
                  _col("email", "text", "邮箱", "Mail", inferred="邮箱|电子邮箱|email"),
                  _col("phone", "text", "电话", "Phone", inferred="电话|手机|phone"),
                  _col("country", "text", "国家", "Country", reported="国家", inferred="国家/地区|country"),
                  _col("level", "text", "客户层级", "Buyer level", "L0 to L4", documented="growth_level", reported="客户层级", inferred="level"),
                  _col("phase", "text", "客户阶段", "Phase", "公海, 高潜, 成交 or 复购", documented="customer_phase", inferred="客户阶段|phase"),
                  _col("follow_up", "text", "跟进等级", "Follow-up", reported="跟进等级", inferred="follow_up"),
                  _col("source", "text", "客户来源", "Source", documented="source_list", inferred="客户来源|来源|source"),
                  _col("created_on", "date", "建档时间", "Created on", documented="建档时间", reported="询盘时间", inferred="created_on"),
                  _col("owner", "text", "跟进人", "Owner", reported="跟进人", inferred="owner"),
                  _col("business_type", "text", "企业类型", "Business type", documented="business_type_list", inferred="企业类型|business_type"),
                  _col("annual_procurement", "text", "年采购额", "Annual procurement", documented="annual_procurement", inferred="年采购额"),
                  _col("consent", "flag", "是否同意营销", "Marketing consent", "The person agreed to the use of the contact data for marketing; missing means no", inferred="是否同意营销|consent"),
                  _col("reachable", "flag", "是否可触达", "Reachable", "Opted in, not bounced, not blocked", inferred="是否可触达|reachable"),
              )),
        Table("touch", "event", "触达记录", "Touches", "opsbook template touch 手工填写或由 CRM 导出", "Fill in `opsbook template touch`, or export it from your CRM",
              ("customer_id", "at"), (
                  _col("touch_id", "id", "记录ID", "Touch ID", inferred="记录ID|touch_id"),
                  _col("customer_id", "id", "客户ID", "Customer", inferred="客户ID|customer_id"),
                  _col("at", "time", "时间", "When", inferred="时间|触达时间|at"),
                  _col("channel", "text", "渠道", "Channel", inferred="渠道|channel"),
                  _col("kind", "text", "类型", "Kind", "visit, inquiry, tm, quote, sample, order, mail, message ...", inferred="类型|触达类型|kind"),
                  _col("direction", "text", "方向", "Direction", "in (their own action) or out (ours)", inferred="方向|direction"),
                  _col("cost_cny", "money", "成本", "Cost", "", "CNY", inferred="成本|cost_cny"),
              ), ("touch_id", "customer_id", "at", "channel", "kind")),
        Table("order", "event", "信保订单", "Orders", "交易 → 信保订单 → 导出；或 opsbook template order", "Orders → Trade Assurance → Export, or fill in `opsbook template order`",
              ("order_id", "ordered_at"), (
                  _col("order_id", "id", "订单号", "Order", documented="trade_id|e_trade_id", inferred="订单号|信保订单号|order_id"),
                  _col("customer_id", "id", "客户ID", "Customer", inferred="客户ID|customer_id"),
                  _col("buyer", "text", "买家", "Buyer", inferred="买家|买家名称|buyer"),
                  _col("email", "text", "买家邮箱", "Mail", inferred="买家邮箱|邮箱|email"),
                  _col("country", "text", "国家", "Country", inferred="国家|国家/地区|country"),
                  _col("status", "text", "订单状态", "Status", documented="trade_status", inferred="订单状态|status"),
                  _col("amount", "money", "订单金额", "Amount", "In the currency of the row", "currency", documented="amount", inferred="订单金额"),
                  _col("currency", "text", "币种", "Currency", documented="currency", inferred="币种"),
                  _col("ordered_at", "time", "创建时间", "Ordered at", documented="create_date", inferred="创建时间|起草时间|下单时间|ordered_at"),
                  _col("paid_at", "time", "付款时间", "Paid at", inferred="付款时间|支付时间|paid_at"),
                  _col("due_on", "date", "约定发货日期", "Ship by", inferred="约定发货日期|due_on"),
                  _col("shipped_on", "date", "发货日期", "Shipped on", documented="shipment_date", inferred="发货日期|发货时间|shipped_on"),
                  _col("refund_amount", "money", "退款金额", "Refund", "In the currency of the row", "currency", inferred="退款金额|refund_amount"),
                  _col("refunded_on", "date", "退款日期", "Refunded on", inferred="退款日期|refunded_on"),
                  _col("product_id", "id", "产品ID", "Product", documented="product_id", inferred="产品ID"),
                  _col("platform", "text", "成交平台", "Platform", "Where the order was placed", inferred="成交平台|平台|platform"),
                  _col("salesperson", "text", "业务员", "Salesperson", inferred="业务员|salesperson"),
              ), ("order_id",)),
        Table("audience_log", "event", "受众导出记录", "Audience log", "由 opsbook audience 写入；别处导出的可用 opsbook template audience_log 补记", "Written by `opsbook audience`; add what was sent otherwise with `opsbook template audience_log`",
              ("customer_id", "sent_to", "sent_at"), (
                  _col("customer_id", "id", "客户ID", "Customer", inferred="客户ID|customer_id"),
                  _col("sent_to", "text", "投放平台", "Sent to", "meta, google, linkedin ...", inferred="投放平台|sent_to"),
                  _col("sent_at", "time", "导出时间", "Sent at", inferred="导出时间|sent_at"),
              ), ("customer_id", "sent_to", "sent_at")),
        Table("private_cost", "period", "私域成本", "Private-domain costs", "opsbook template private_cost 手工填写", "Fill in `opsbook template private_cost`",
              ("channel", "labour_hours"), (
                  *_PERIOD,
                  _col("channel", "text", "渠道", "Channel", inferred="渠道|channel"),
                  _col("media_cny", "money", "广告费", "Media", "", "CNY", inferred="广告费|media_cny"),
                  _col("tools_cny", "money", "工具费", "Tools", "", "CNY", inferred="工具费|tools_cny"),
                  _col("labour_hours", "decimal", "人工工时", "Labour", "", "hours", inferred="人工工时|labour_hours"),
                  _col("labour_cny_per_hour", "money", "时薪", "Labour rate", "", "CNY/hour", inferred="时薪|labour_cny_per_hour"),
                  _col("samples_cny", "money", "样品费", "Samples", "", "CNY", inferred="样品费|samples_cny"),
              )),
        Table("pool", "period", "流量池", "Pools", "opsbook template pool 手工填写", "Fill in `opsbook template pool`",
              ("pool", "registered"), (
                  *_PERIOD,
                  _col("pool", "text", "流量池", "Pool", "Platform store, social account, own shop, own site ...", inferred="流量池|pool"),
                  _col("stage", "count", "阶段", "Stage", "1 platform store, 2 social account, 3 own social shop, 4 own site or app", inferred="阶段|stage"),
                  _col("visitors", "count", "访问人数", "Visitors", "", "persons", inferred="访问人数|visitors"),
                  _col("registered", "count", "用户池人数", "User pool", "Contacts saved", "persons", inferred="用户池人数|注册人数|registered"),
                  _col("reachable", "count", "可触达人数", "Reachable", "Opted in, not bounced or blocked", "persons", inferred="可触达人数|reachable"),
                  _col("active", "count", "活跃人数", "Active", "Persons with an own action in 30 days; our mail is none", "persons", inferred="活跃人数|active"),
                  _col("sales_usd", "money", "销售额", "Sales", "", "USD", inferred="销售额|sales_usd"),
                  _col("spend_cny", "money", "投入", "Spend", "", "CNY", inferred="投入|spend_cny"),
              )),
        Table("routine_log", "event", "例行任务记录", "Routine log", "opsbook template routine_log 手工填写", "Fill in `opsbook template routine_log`",
              ("on", "task_id"), (
                  _col("on", "date", "日期", "Day", inferred="日期|on"),
                  _col("task_id", "id", "任务编号", "Task", inferred="任务编号|task_id"),
                  _col("done", "flag", "是否完成", "Done", inferred="是否完成|done"),
                  _col("quantity", "count", "数量", "Quantity", "For example posts published", inferred="数量|quantity"),
                  _col("note", "text", "备注", "Note", inferred="备注|note"),
              ), ("on", "task_id")),
        Table("action_log", "event", "行动记录", "Action log", "由周报写入，用 opsbook actions 查看", "Written by the weekly brief; see `opsbook actions`",
              ("action_id", "created_week"), (
                  _col("action_id", "id", "行动编号", "Action ID", inferred="行动编号|action_id"),
                  _col("created_week", "date", "提出周", "Proposed in", "Saturday of the week", inferred="提出周|created_week"),
                  _col("module", "text", "来源", "Module", inferred="来源|module"),
                  _col("object_type", "text", "对象类型", "Object type", inferred="对象类型|object_type"),
                  _col("object", "text", "对象", "Object", inferred="对象|object"),
                  _col("action", "text", "行动", "Action", "Message as JSON", inferred="行动|action"),
                  _col("priority", "text", "优先级", "Priority", inferred="优先级|priority"),
                  _col("owner", "text", "负责", "Owner", inferred="负责|owner"),
                  _col("due", "date", "截止日期", "Due", inferred="截止日期|due"),
                  _col("status", "text", "状态", "Status", "open, done or dropped", inferred="状态|status"),
                  _col("status_on", "date", "状态日期", "Status since", inferred="状态日期|status_on"),
                  _col("note", "text", "备注", "Note", inferred="备注|note"),
                  _col("review_metric", "text", "复盘指标", "Review metric", inferred="复盘指标|review_metric"),
                  _col("review_on", "date", "复盘日期", "Review on", inferred="复盘日期|review_on"),
                  _col("baseline_events", "decimal", "基线分子", "Baseline numerator", inferred="基线分子|baseline_events"),
                  _col("baseline_exposure", "decimal", "基线分母", "Baseline denominator", inferred="基线分母|baseline_exposure"),
              ), ("action_id", "created_week")),
    )
}
