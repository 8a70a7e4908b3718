package io.gemforce.migrations.sample;

import java.util.List;

import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows the data in its new shape.
 */
@RestController
class GemsController {

	private static final int LARGEST_PAGE = 100;

	private final GemRepository gems;

	private final MyClassRepository myClasses;

	private final JdbcClient jdbc;

	GemsController(GemRepository gems, MyClassRepository myClasses, JdbcClient jdbc) {
		this.gems = gems;
		this.myClasses = myClasses;
		this.jdbc = jdbc;
	}

	@GetMapping("/gems")
	Page<Gem> gems(@RequestParam(defaultValue = "3") int size) {
		return new Page<>(this.gems.countByStatus("active"), this.gems.findByStatusOrderByName("active", limit(size)));
	}

	@GetMapping("/my-classes")
	MyClasses myClasses(@RequestParam(defaultValue = "3") int size) {
		Page<MyClass> mongo = new Page<>(this.myClasses.countByNewFieldNameNotNull(),
				this.myClasses.findByNewFieldNameNotNullOrderByNewFieldName(limit(size)));
		long rows = this.jdbc.sql("SELECT count(*) FROM my_table WHERE new_column_name IS NOT NULL")
			.query(Long.class)
			.single();
		return new MyClasses(mongo,
				new Page<>(rows,
						this.jdbc.sql("SELECT id, name, new_column_name FROM my_table ORDER BY id LIMIT ?")
							.param(limit(size).max())
							.query(MyRow.class)
							.list()));
	}

	private static Limit limit(int size) {
		return Limit.of(Math.max(1, Math.min(size, LARGEST_PAGE)));
	}

	/**
	 * Some of many.
	 *
	 * @param <T> the type of the content
	 * @param total how many there are
	 * @param content the first of them
	 */
	record Page<T>(long total, List<T> content) {

	}

	/**
	 * The examples of the procedures.
	 *
	 * @param mongo objects whose field was renamed
	 * @param postgres rows whose table got a column
	 */
	record MyClasses(Page<MyClass> mongo, Page<MyRow> postgres) {

	}

	/**
	 * A row of {@code my_table}.
	 *
	 * @param id the id
	 * @param name the name
	 * @param newColumnName the column that was added
	 */
	record MyRow(long id, String name, String newColumnName) {

	}

}
